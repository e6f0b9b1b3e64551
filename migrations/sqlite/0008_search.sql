-- Full text of letters; the key is message.id. It gets words that the program has folded already (small letters without marks, Chinese
-- as pairs of signs), so the tokenizer has only to split at blanks, and both databases find the same. Contentless: the text
-- itself stands in raw. Words only, no positions: half the size, and nobody asks for phrases.
CREATE VIRTUAL TABLE search USING fts5 (
  words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
