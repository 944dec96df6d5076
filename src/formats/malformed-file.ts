/** The bytes do not follow the format; becomes a diagnostic with the file's name. */
export class MalformedFile extends Error {}
