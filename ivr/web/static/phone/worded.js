// What the server tells in several languages, as one reader gets it.

/** A call's headline for the reader of this page. */
export function headlineOf(call) {
  return call.headlines?.[document.documentElement.lang] || call.headline || call.call_sid;
}

/** A summary's words in `language`, as far as they are known in it; else as the hotline's own language has them. */
export function worded(summary, language) {
  const words = summary.in_languages?.[language];
  return words ? { ...summary, ...words, language } : summary;
}
