import type { BenchRecording } from './recordings.ts'

/** What a recording is called in reports. */
export function recordingName({ set, model }: Pick<BenchRecording, 'set' | 'model'>): string {
  return `${set}/${model}`
}
