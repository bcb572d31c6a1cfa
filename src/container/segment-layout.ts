import { FLOE_SEGMENT_OVERHEAD } from './floe.ts';

/** How the content of one message is laid out in segments. */
export interface SegmentLayout {
  /** Content of a full segment, in bytes. */
  readonly contentBytes: number;
  /** Number of segments; at least one, for the end itself is authenticated. */
  readonly segments: number;
  /** All segments together, in bytes. */
  readonly sealedBytes: number;
}

/** Lays out `contentSize` bytes. The final segment is full where the content fills it; it is empty only for no content. */
export function layOutSegments(contentSize: number, segmentBytes: number): SegmentLayout {
  const contentBytes = segmentBytes - FLOE_SEGMENT_OVERHEAD;
  const segments = Math.max(1, Math.ceil(contentSize / contentBytes));
  return { contentBytes, segments, sealedBytes: contentSize + segments * FLOE_SEGMENT_OVERHEAD };
}
