/** The arguments for a model named `fake` behind an OpenAI-compatible server. */
export function fakeModel(url: string): readonly string[] {
  return ['--model', 'openai:fake', '--base-url', url]
}
