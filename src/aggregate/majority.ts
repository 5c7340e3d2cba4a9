import { groupsOf, largest, type Aggregation } from './ballot.ts'

/**
 * The answer given most often, whatever its scores; ties go to the first mentioned. Source: self-consistency, Wang et
 * al. 2022 (2203.11171). Candidates without an answer do not vote, and are chosen only when no candidate has one.
 */
export const majority: Aggregation = (ballots) => {
  const groups = groupsOf(ballots)
  const answered = groups.filter((group) => group.answered)
  const best = largest(answered.length > 0 ? answered : groups, (group) => group.members.length)
  return best && { ballot: best.members[0] as number, confidence: best.members.length / ballots.length }
}
