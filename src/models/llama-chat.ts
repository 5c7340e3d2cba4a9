import type { ChatWrapper, LlamaModel as NativeModel, Token } from 'node-llama-cpp'
import type { Message } from '../contract.ts'
import type { Native } from './llama-load.ts'
import type { PromptTokens } from './llama-sequence.ts'
import { messageText } from './message-text.ts'

const roles: Readonly<Record<string, 'user' | 'system' | 'model'>> = {
  user: 'user',
  system: 'system',
  developer: 'system',
  assistant: 'model',
}

/** Conversations as a model's own chat template writes them, and what ends an answer there. No system prompt is added. */
export class LlamaChat {
  readonly #model: NativeModel
  readonly #wrapper: ChatWrapper
  /** Tokens that end an answer, besides those the file itself calls ends of generation. */
  readonly #ends = new Set<Token>()
  /** Texts that end an answer, in templates that end a turn with plain text. */
  readonly endTexts: readonly string[]

  constructor(native: Native, model: NativeModel) {
    this.#model = model
    this.#wrapper = native.resolveChatWrapper(model) ?? new native.GeneralChatWrapper()
    const texts = new Set<string>()
    for (const trigger of this.#written([{ role: 'user', content: '' }]).stopGenerationTriggers) {
      const tokens = trigger.tokenize(model.tokenizer)
      const [token] = tokens
      if (token !== undefined && tokens.length === 1) this.#ends.add(token)
      else texts.add(model.detokenize(tokens))
    }
    texts.delete('')
    this.endTexts = [...texts]
  }

  /** Whether this token ends an answer. */
  ends(token: Token): boolean {
    return this.#model.isEogToken(token) || this.#ends.has(token)
  }

  /** Why these messages cannot be given to the model and what to do; undefined when they can. */
  refusal(messages: readonly Message[], continues: boolean): string | undefined {
    for (const { role, content, tool_calls: calls } of messages) {
      if (roles[role] === undefined || (calls && calls.length > 0)) {
        return `a model run by llama.cpp in this process takes no ${calls ? 'tool calls' : `"${role}" messages`}. Leave them out, or use a server that has tools.`
      }
      const parts: readonly unknown[] = Array.isArray(content) ? content : []
      if (parts.some((part) => (part as { readonly type?: unknown }).type !== 'text')) {
        return 'a model run by llama.cpp in this process reads text only. Leave out the content parts that are no text.'
      }
    }
    if (continues && messages.at(-1)?.role !== 'assistant') {
      return 'there is no partial answer to continue. The last message has to be the assistant’s.'
    }
    return undefined
  }

  /** The prompt's tokens, begin token included; with `continues`, the last message is left open. */
  tokens(messages: readonly Message[], continues = false): PromptTokens {
    const before = continues ? messages.slice(0, -1) : messages
    const base = this.#written(before).contextText.tokenize(this.#model.tokenizer)
    const { bos, shouldPrependBosToken } = this.#model.tokens
    if (bos !== null && shouldPrependBosToken && base[0] !== bos) base.unshift(bos)
    const partial = continues ? messages.slice(-1).map(messageText).join('') : ''
    return { tokens: [...base, ...this.tokensOf(partial)], base: base.length }
  }

  /** The tokens of a text of an answer. */
  tokensOf(text: string): Token[] {
    return this.#model.tokenize(text, false, 'trimLeadingSpace')
  }

  #written(messages: readonly Message[]): ReturnType<ChatWrapper['generateContextState']> {
    return this.#wrapper.generateContextState({
      chatHistory: [
        ...messages.map((message) => {
          const type = roles[message.role] ?? 'system'
          const text = messageText(message)
          return type === 'model' ? { type, response: [text] } : { type, text }
        }),
        { type: 'model' as const, response: [] },
      ],
    })
  }
}
