-- The full text has no common spelling on the two databases; its rows are tested with the search itself.
SELECT 1;
