import type { ArmSums } from '@adlift/statistics';

/** Sums of one arm in doubles, which hold the simulations' integers exactly as long as they stay below 2^53. */
export class RunningSums {
  private units = 0;
  private sumM = 0;
  private sumD = 0;
  private sumMM = 0;
  private sumDD = 0;
  private sumMD = 0;
  private unitsWithM = 0;

  add(m: number, d: number): void {
    this.units++;
    this.sumM += m;
    this.sumD += d;
    this.sumMM += m * m;
    this.sumDD += d * d;
    this.sumMD += m * d;
    if (m !== 0) this.unitsWithM++;
  }

  /** Throws RangeError when a sum has grown out of what a double holds exactly. */
  exact(): ArmSums {
    const { units, sumM, sumD, sumMM, sumDD, sumMD, unitsWithM } = this;
    if (![sumM, sumMM, sumDD, sumMD].every(Number.isSafeInteger)) throw new RangeError('a sum is no longer exact');
    return {
      units: BigInt(units),
      sumM: BigInt(sumM),
      sumD: BigInt(sumD),
      sumMM: BigInt(sumMM),
      sumDD: BigInt(sumDD),
      sumMD: BigInt(sumMD),
      unitsWithM: BigInt(unitsWithM),
    };
  }
}
