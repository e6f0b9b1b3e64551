-- Full text of letters. It gets words that the program has folded already (small letters without marks, Chinese as pairs of
-- signs), made into a vector without PostgreSQL's own parser, so both databases find the same. Words only, no positions.
CREATE TABLE search (
  message_id BIGINT   PRIMARY KEY REFERENCES message (id),
  words      TSVECTOR NOT NULL
);
CREATE INDEX search_words ON search USING gin (words);
