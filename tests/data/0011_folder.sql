INSERT INTO arrival (id, activity_id, mailbox, folder, uid_validity, uid, listed_at, tries, due_at, note) VALUES (1, 1, 'jca', 'INBOX', 7, '5', 1345000000000000, 0, 1345000000000000, '');
