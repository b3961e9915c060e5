// How far WebGL is with what it was asked to draw.

/**
 * Whether what was asked of WebGL is done. Commands for a next picture would wait in the driver's queue, which has no bound:
 * a processor that cannot keep up filled 1.8 GB in minutes, and went on drawing long after the page had gone.
 */
export class DrawQueue {
  private sync: WebGLSync | null = null;
  constructor(private readonly gl: WebGL2RenderingContext) {}

  /** Looked at once in a turn of the browser: between two looks of one turn nothing changes. */
  isIdle(): boolean {
    const { gl } = this;
    if (!this.sync) return true;
    if (gl.getSyncParameter(this.sync, gl.SYNC_STATUS) !== gl.SIGNALED) return false;
    gl.deleteSync(this.sync);
    this.sync = null;
    return true;
  }
  /** After the commands of a picture. */
  mark() {
    this.sync ??= this.gl.fenceSync(this.gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    this.gl.flush();
  }
}
