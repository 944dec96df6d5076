import { escapeXml } from '../support/xml.ts';

/** An element of an SVG file; numbers get a tenth of a pixel, attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  ...content: readonly string[]
): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined
      ? []
      : ` ${key}="${typeof value === 'number' ? round(value) : escapeXml(value)}"`,
  );
  const start = `<${name}${written.join('')}`;
  return content.length === 0 ? `${start}/>` : `${start}>${content.join('')}</${name}>`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
