/** What a node says of itself with every echo. */
export interface NodeState {
  /** The volume is mounted and answers. */
  readonly volume: boolean;
  /** Its heartbeats reach a majority of the nodes. */
  readonly majority: boolean;
  /** It manages the Swarm, and the Swarm works. */
  readonly manager: boolean;
}

export interface Echo {
  /** What the asking side sent: its monotonic clock, milliseconds. */
  readonly askedAt: number;
  /** The clock of the node that answers, milliseconds since the epoch. */
  readonly clockMs: number;
  readonly state: NodeState;
}

export const questionBytes = 8;
export const echoBytes = 17;

export function question(askedAt: number): Buffer {
  const frame = Buffer.allocUnsafe(questionBytes);
  frame.writeDoubleLE(askedAt);
  return frame;
}

/** Whoever asked gets back what he sent, so that an answer that lay in a buffer is known as old. */
export function echo(asked: Buffer, clockMs: number, state: NodeState): Buffer {
  const frame = Buffer.allocUnsafe(echoBytes);
  asked.copy(frame, 0, 0, questionBytes);
  frame.writeDoubleLE(clockMs, 8);
  frame.writeUInt8((state.volume ? 1 : 0) | (state.majority ? 2 : 0) | (state.manager ? 4 : 0), 16);
  return frame;
}

export function parseEcho(frame: Buffer): Echo {
  const flags = frame.readUInt8(16);
  return {
    askedAt: frame.readDoubleLE(0),
    clockMs: frame.readDoubleLE(8),
    state: {
      volume: (flags & 1) !== 0,
      majority: (flags & 2) !== 0,
      manager: (flags & 4) !== 0,
    },
  };
}

/** Cuts a stream into frames of one size; a frame nearly always comes whole. */
export function framesOf(bytes: number, take: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer | null = null;
  return (chunk) => {
    const all = rest === null ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; all.length - at >= bytes; at += bytes) take(all.subarray(at, at + bytes));
    rest = at === all.length ? null : all.subarray(at);
  };
}
