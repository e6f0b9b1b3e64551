-- Statements that answer each other.

-- Its own number by letters and digits only, in lower case and without the language letter: numbers are written in many ways.
ALTER TABLE liaison ADD COLUMN code TEXT;
-- The number that it answers, likewise.
ALTER TABLE liaison ADD COLUMN answer_code TEXT;
-- The statement on file that it answers.
ALTER TABLE liaison ADD COLUMN answers_id INTEGER REFERENCES liaison (id);
CREATE INDEX liaison_code ON liaison (activity_id, code);
CREATE INDEX liaison_answer_code ON liaison (activity_id, answer_code);
