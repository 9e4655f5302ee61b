/** Bytes of the buffers that arrays are cut from. */
const SLAB_BYTES = 1 << 20;
/** An array larger than this gets memory of its own. */
const LARGE_BYTES = SLAB_BYTES >> 3;

/**
 * Makes typed arrays as views of large buffers, zeroed like new ones: an array with memory of its own costs about 30
 * times as much to make, and a request needs dozens. Arrays made together share a buffer that lives as long as any of
 * them is held, so those that are kept long come from another slab than those that are not.
 */
export class Slab {
  private buffer = new ArrayBuffer(SLAB_BYTES);
  private used = 0;

  float32(n: number): Float32Array<ArrayBuffer> {
    const at = this.take(n * 4);
    return at < 0 ? new Float32Array(n) : new Float32Array(this.buffer, at, n);
  }

  float64(n: number): Float64Array<ArrayBuffer> {
    const at = this.take(n * 8);
    return at < 0 ? new Float64Array(n) : new Float64Array(this.buffer, at, n);
  }

  int32(n: number): Int32Array<ArrayBuffer> {
    const at = this.take(n * 4);
    return at < 0 ? new Int32Array(n) : new Int32Array(this.buffer, at, n);
  }

  uint32(n: number): Uint32Array<ArrayBuffer> {
    const at = this.take(n * 4);
    return at < 0 ? new Uint32Array(n) : new Uint32Array(this.buffer, at, n);
  }

  uint8(n: number): Uint8Array<ArrayBuffer> {
    const at = this.take(n);
    return at < 0 ? new Uint8Array(n) : new Uint8Array(this.buffer, at, n);
  }

  int64(n: number): BigInt64Array<ArrayBuffer> {
    const at = this.take(n * 8);
    return at < 0 ? new BigInt64Array(n) : new BigInt64Array(this.buffer, at, n);
  }

  /** Where `bytes` bytes begin, aligned to 8; -1 for what is too large to share a buffer. */
  private take(bytes: number): number {
    if (bytes > LARGE_BYTES) return -1;
    if (this.used + bytes > SLAB_BYTES) {
      this.buffer = new ArrayBuffer(SLAB_BYTES);
      this.used = 0;
    }
    const at = this.used;
    this.used = (at + bytes + 7) & ~7;
    return at;
  }
}
