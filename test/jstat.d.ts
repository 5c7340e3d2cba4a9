/** The parts of jstat that tests compare with; it has no types of its own. */
declare module 'jstat' {
  interface Distribution {
    pdf(x: number, ...parameters: number[]): number
    cdf(x: number, ...parameters: number[]): number
    inv(p: number, ...parameters: number[]): number
    mean(...parameters: number[]): number
    variance(...parameters: number[]): number
  }
  const jstat: {
    readonly normal: Distribution
    readonly beta: Distribution
    readonly binomial: Distribution
    readonly gamma: Distribution
    readonly hypgeom: Distribution
    readonly studentt: Distribution
    readonly chisquare: Distribution
    mean(values: readonly number[]): number
    stdev(values: readonly number[], sample?: boolean): number
    variance(values: readonly number[], sample?: boolean): number
    betafn(a: number, b: number): number
    betaln(a: number, b: number): number
    ibeta(x: number, a: number, b: number): number
    combination(n: number, k: number): number
    gammaln(x: number): number
  }
  export default jstat
}
