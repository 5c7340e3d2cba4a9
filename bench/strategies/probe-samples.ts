/** Plain samples whose mean process reward predicts how hard a prompt is. */
export const probeSamples = 2
