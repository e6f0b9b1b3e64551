UPDATE leader SET epoch = 3, beat = 17, holder = 'mail.example 6f0c 4711', since = 1345449600000000 WHERE id = 1;
INSERT INTO start (id, at, ended_at) VALUES (1, 1345449600000000, 1345453200000000);
INSERT INTO incident (id, subject, words, began_at, ended_at, alarmed_at)
VALUES (1, 'mailbox jca', 'no answer', 1345449600000000, NULL, 1345449900000000);
INSERT INTO contact_time (subject, at) VALUES ('mailbox jca', 1345449600000000);
