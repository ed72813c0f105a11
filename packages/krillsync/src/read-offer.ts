import { refuse } from './krillsync-error.ts';
import { notificationMaxBytes } from './limits.ts';
import { type Offer, parseNotification } from './notification.ts';
import type { Source } from './source.ts';
import type { NotificationUri } from './uri.ts';

/** What the source offers now. */
export type SourceOffer = Offer;

export async function readOffer(source: Source, uri: NotificationUri): Promise<SourceOffer> {
  const file = await source.open(uri.fileName);
  try {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const chunk of file.chunks()) {
      size += chunk.length;
      if (size > notificationMaxBytes) {
        throw refuse(`the source's notification is larger than ${notificationMaxBytes} bytes`);
      }
      parts.push(Buffer.from(chunk));
    }
    const bytes = Buffer.concat(parts);
    const notification = parseNotification("the source's notification", bytes, uri);
    return { notification, bytes };
  } finally {
    await file.close();
  }
}
