import jstat from 'jstat'
import { expect, test } from 'vitest'
import { randomFrom } from '../../src/clock/random.ts'
import { bootstrapMean } from '../../src/sweep/interval.ts'

test('the bootstrap interval of a mean agrees with the normal one on many values', () => {
  const random = randomFrom('values')
  const values = Array.from({ length: 2000 }, () => (random() < 0.3 ? 1 : 0))
  const [mean, low, high] = bootstrapMean(values, randomFrom('resamples'))
  const half = jstat.normal.inv(0.975, 0, 1) * (jstat.stdev(values, true) / Math.sqrt(values.length))
  expect(mean).toBeCloseTo(jstat.mean(values), 12)
  expect(low).toBeCloseTo(mean - half, 2)
  expect(high).toBeCloseTo(mean + half, 2)
})

test('about 95 of 100 intervals hold the true mean', () => {
  const random = randomFrom('coverage')
  let held = 0
  for (let trial = 0; trial < 400; trial += 1) {
    const values = Array.from({ length: 60 }, () => (random() < 0.4 ? 1 : 0))
    const [, low, high] = bootstrapMean(values, random, 400)
    if (low <= 0.4 && 0.4 <= high) held += 1
  }
  expect(held / 400).toBeGreaterThan(0.9)
  expect(held / 400).toBeLessThan(0.985)
})
