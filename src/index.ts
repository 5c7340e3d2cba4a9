export { auto } from '../strategies/auto.ts'
export { beam } from '../strategies/beam.ts'
export { bestOfMajority } from '../strategies/best-of-majority.ts'
export { bestOfN } from '../strategies/best-of-n.ts'
export { diverse } from '../strategies/diverse.ts'
export { dvts } from '../strategies/dvts.ts'
export { escalate } from '../strategies/escalate.ts'
export { lookahead } from '../strategies/lookahead.ts'
export { rebase } from '../strategies/rebase.ts'
export { revise } from '../strategies/revise.ts'
export { selfConsistency } from '../strategies/self-consistency.ts'
export { thinkLonger } from '../strategies/think-longer.ts'
export { treeSearch } from '../strategies/tree-search.ts'
export type { Allocator, Arm, Evidence, Offer } from './allocator/allocator.ts'
export { MenuIndex } from './allocator/menu-index.ts'
export { MenuMemory } from './allocator/menu-memory.ts'
export { StreamAllocator, type StreamOptions } from './allocator/stream-allocator.ts'
export type { Bill, Budget, Unit } from './budget/amount.ts'
export { Ledger, Reservation, type Refusal } from './budget/ledger.ts'
export type { Clock } from './clock/clock.ts'
export * from './contract.ts'
export { DifficultyLearner } from './difficulty/learner.ts'
export { Engine } from './engine.ts'
export type { EngineEvent, EngineOptions, SolveOptions } from './engine-options.ts'
export { Fault, type FaultCode } from './fault.ts'
export {
  FunctionModel,
  type Completion,
  type CompletionCall,
  type CompletionFunction,
} from './models/function.ts'
export { LlamaModel, type LlamaOptions } from './models/llama.ts'
export { LlamaLikelihoodModel } from './models/llama-likelihood.ts'
export { LlamaValueModel } from './models/llama-value.ts'
export type { Effort, Model, ModelProfile, ModelRequest, Sample, Usage } from './models/model.ts'
export { openModel, type OpenModelOptions } from './models/open-model.ts'
export { OpenAIModel, type ChatClient } from './models/openai.ts'
export { promptOf, readRecording, type Recording } from './models/recording.ts'
export { RewardServerModel, type RewardServerOptions } from './models/reward-server.ts'
export { judge, type JudgeOptions } from '../verifiers/judge.ts'
export { processReward, type ProcessRewardOptions } from '../verifiers/process-reward.ts'
export { reward, type RewardOptions } from '../verifiers/reward.ts'
export { composeCheckers, type CompositionKind } from './pool/compose/compose-checkers.ts'
export { ReplayModel, type Faults, type ReplayOptions } from './models/replay.ts'
export {
  VerifierPool,
  type Checker,
  type ModelChecker,
  type PoolReport,
  type VerifierPoolOptions,
  type VerifierSpec,
} from './pool/verifier-pool.ts'
export { strategyNamed, verifierNamed } from './registry.ts'
export type { Reason, Result, Status, TraceEntry } from './result.ts'
export type { ComputeReport } from './wrap/completion.ts'
export { computeHeaders, computeOf } from './wrap/compute.ts'
export { createHandler, type Handler, type HandlerOptions } from './wrap/handler.ts'
export { wrapOpenAI, type FetchConfigurable, type WrapOptions } from './wrap/openai.ts'
