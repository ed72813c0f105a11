import { namingFile, refuse } from './krillsync-error.ts';
import { notificationMaxBytes } from './limits.ts';
import { type Offer, parseNotification } from './notification.ts';
import type { Source } from './source.ts';
import type { NotificationUri } from './uri.ts';

/** What the source offers now. */
export type SourceOffer = Offer;

export async function readOffer(source: Source, uri: NotificationUri): Promise<SourceOffer> {
  const what = `the source's notification ${uri.text}`;
  const file = await source.open(uri.fileName);
  try {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const chunk of file.chunks()) {
      size += chunk.length;
      if (size > notificationMaxBytes) {
        throw refuse(`${what} is larger than ${notificationMaxBytes} bytes`);
      }
      parts.push(Buffer.from(chunk));
    }
    const bytes = Buffer.concat(parts);
    return { notification: parseNotification(what, bytes, uri), bytes };
  } catch (error) {
    throw namingFile(what, error);
  } finally {
    await file.close();
  }
}
