import { useEffect, useState } from "preact/hooks";
import type { ImageHeader } from "../contract/absense/v1/image_pb";
import { texts } from "../texts";
import { Button } from ".";

/** One part of GetImage's answer, of either service. */
interface ImagePart {
  part: { case: "header"; value: ImageHeader } | { case: "chunk"; value: Uint8Array } | { case: undefined };
}

/** Ask for an image: `link` says whether an address to fetch it from will do. */
export type AskImage = (imageId: string, link: boolean, signal: AbortSignal) => AsyncIterable<ImagePart>;

export type Photograph = { kind: "loading" } | { kind: "here"; url: string; link: boolean } | { kind: "failed" };

/**
 * Photographs that are looked at now or next. Each is asked for once, for every look is written down; what is not wanted
 * any more is let go at once. They are in this page's memory alone.
 */
export class Photographs {
  readonly #ask: AskImage;
  readonly #onChange: () => void;
  readonly #kept = new Map<string, { photograph: Photograph; asking: AbortController }>();

  constructor(ask: AskImage, onChange: () => void) {
    this.#ask = ask;
    this.#onChange = onChange;
  }

  /** Have these, and no others. */
  want(imageIds: string[]): void {
    for (const id of [...this.#kept.keys()]) if (!imageIds.includes(id)) this.#letGo(id);
    for (const id of imageIds) if (id && !this.#kept.has(id)) this.#load(id, true);
  }

  of(imageId: string): Photograph {
    return this.#kept.get(imageId)?.photograph ?? { kind: "loading" };
  }

  /** Ask once more: by its bytes, where an address was not good any more. */
  again(imageId: string): void {
    this.#letGo(imageId);
    this.#load(imageId, false);
    this.#onChange();
  }

  close(): void {
    this.want([]);
  }

  #load(id: string, link: boolean): void {
    const kept: { photograph: Photograph; asking: AbortController } = {
      photograph: { kind: "loading" },
      asking: new AbortController(),
    };
    this.#kept.set(id, kept);
    fetchImage(this.#ask, id, link, kept.asking.signal)
      .catch((): Photograph => ({ kind: "failed" }))
      .then((photograph) => {
        if (kept.asking.signal.aborted) return release(photograph);
        kept.photograph = photograph;
        this.#onChange();
      });
  }

  #letGo(id: string): void {
    const kept = this.#kept.get(id);
    if (!kept) return;
    kept.asking.abort();
    release(kept.photograph);
    this.#kept.delete(id);
  }
}

async function fetchImage(ask: AskImage, id: string, link: boolean, signal: AbortSignal): Promise<Photograph> {
  let mediaType = "image/jpeg";
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const { part } of ask(id, link, signal)) {
    if (part.case === "header") {
      if (part.value.downloadUrl) return { kind: "here", url: part.value.downloadUrl, link: true };
      mediaType = part.value.mediaType;
    } else if (part.case === "chunk") chunks.push(new Uint8Array(part.value));
  }
  return { kind: "here", url: URL.createObjectURL(new Blob(chunks, { type: mediaType })), link: false };
}

function release(photograph: Photograph): void {
  if (photograph.kind === "here" && !photograph.link) URL.revokeObjectURL(photograph.url);
}

/** Photographs for as long as the part is there that holds them; it is drawn again when one comes. */
export function usePhotographs(ask: AskImage): Photographs {
  const [, draw] = useState(0);
  const [photographs] = useState(() => new Photographs(ask, () => draw((count) => count + 1)));
  useEffect(() => () => photographs.close(), [photographs]);
  return photographs;
}

/** One photograph in a frame of the same size as its neighbour's; several are leafed through, each loaded when seen. */
export function PhotographFrame({
  caption,
  alt,
  missing,
  photographs,
  imageIds,
  at,
  onTurn,
}: {
  caption: string;
  alt: string;
  missing: string;
  photographs: Photographs;
  imageIds: string[];
  at: number;
  onTurn: (to: number) => void;
}) {
  const id = imageIds[at] ?? "";
  return (
    <figure class="photograph">
      <div class="photograph-frame">
        {id ? <Picture photographs={photographs} id={id} alt={alt} /> : <p>{missing}</p>}
      </div>
      <figcaption class="row spread">
        <span>{caption}</span>
        {imageIds.length > 1 && (
          <span class="row">
            {imageIds.map((one, index) => (
              <Button
                key={one}
                small
                aria-pressed={index === at}
                aria-label={texts.records.photographs.another(index + 1, imageIds.length)}
                onClick={() => onTurn(index)}
              >
                {index + 1}
              </Button>
            ))}
          </span>
        )}
      </figcaption>
    </figure>
  );
}

function Picture({ photographs, id, alt }: { photographs: Photographs; id: string; alt: string }) {
  const photograph = photographs.of(id);
  if (photograph.kind === "loading") return <p role="status">{texts.records.photographs.loading}</p>;
  if (photograph.kind === "failed") {
    return (
      <div class="stack">
        <p role="alert">{texts.records.photographs.failed}</p>
        <Button small onClick={() => photographs.again(id)}>
          {texts.common.retry}
        </Button>
      </div>
    );
  }
  return (
    <img src={photograph.url} alt={alt} decoding="async" onError={() => photograph.link && photographs.again(id)} />
  );
}
