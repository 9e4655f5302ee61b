/** A pivot below this share of its variable's own variance counts as a combination of the variables before it. */
const REDUNDANT = 1e-10;

/**
 * Solves the symmetric positive semi-definite system `matrix` x = `right` by elimination without exchanging rows.
 * A variable that is constant or a combination of earlier ones gets the coefficient 0.
 */
export function solveNormalEquations(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const size = right.length;
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const kept: number[] = [];
  for (let pivot = 0; pivot < size; pivot += 1) {
    if (!(rows[pivot][pivot] > REDUNDANT * matrix[pivot][pivot])) continue;
    kept.push(pivot);
    for (let row = pivot + 1; row < size; row += 1) {
      const factor = rows[row][pivot] / rows[pivot][pivot];
      for (let column = pivot; column <= size; column += 1) rows[row][column] -= factor * rows[pivot][column];
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (const pivot of kept.reverse()) {
    let rest = rows[pivot][size];
    for (let column = pivot + 1; column < size; column += 1) rest -= rows[pivot][column] * solution[column];
    solution[pivot] = rest / rows[pivot][pivot];
  }
  return solution;
}
