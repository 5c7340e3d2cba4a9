/** Steps of the simplex; each is one or two evaluations. */
const maximumSteps = 160
/** Stops when the simplex's values are this close. */
const tolerance = 1e-4
const firstStep = 0.5

interface Vertex {
  readonly point: readonly number[]
  readonly value: number
}

/**
 * The minimum of a smooth function of a few numbers, by the downhill simplex (Nelder and Mead 1965, with the usual
 * coefficients 1, 2, ½, ½). Deterministic; good to about 1e-3 in each coordinate, which is far inside the noise of
 * what it is used for.
 */
export function minimise(
  loss: (point: readonly number[]) => number,
  start: readonly number[],
): readonly number[] {
  const vertex = (point: readonly number[]): Vertex => ({ point, value: loss(point) })
  const simplex: Vertex[] = [vertex(start)]
  for (let axis = 0; axis < start.length; axis += 1) {
    simplex.push(vertex(start.map((value, index) => (index === axis ? value + firstStep : value))))
  }
  const last = simplex.length - 1
  for (let step = 0; step < maximumSteps; step += 1) {
    simplex.sort((left, right) => left.value - right.value)
    const best = simplex[0] as Vertex
    const worst = simplex[last] as Vertex
    if (worst.value - best.value < tolerance) break
    const centre = start.map((_, axis) => {
      let sum = 0
      for (let index = 0; index < last; index += 1) sum += (simplex[index] as Vertex).point[axis] as number
      return sum / last
    })
    const along = (factor: number) =>
      vertex(centre.map((value, axis) => value + factor * ((worst.point[axis] as number) - value)))
    const reflected = along(-1)
    if (reflected.value < best.value) {
      const expanded = along(-2)
      simplex[last] = expanded.value < reflected.value ? expanded : reflected
    } else if (reflected.value < (simplex[last - 1] as Vertex).value) {
      simplex[last] = reflected
    } else {
      const contracted = along(reflected.value < worst.value ? -0.5 : 0.5)
      if (contracted.value < Math.min(reflected.value, worst.value)) {
        simplex[last] = contracted
      } else {
        for (let index = 1; index <= last; index += 1) {
          const { point } = simplex[index] as Vertex
          simplex[index] = vertex(point.map((value, axis) => ((best.point[axis] as number) + value) / 2))
        }
      }
    }
  }
  return simplex.reduce((best, each) => (each.value < best.value ? each : best)).point
}
