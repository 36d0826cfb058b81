/** The words by which a text is found. */

const longestTerm = 64

/** Pure: each word once, in order: NFKC, lower case, without diacritics; letters and digits only. */
export function termsOf(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .normalize('NFC')
  return [...new Set(plain.match(/[\p{L}\p{N}]+/gu)?.map((word) => Array.from(word).slice(0, longestTerm).join('')))]
}
