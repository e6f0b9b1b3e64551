INSERT INTO shelving (id, activity_id, message_id, mailbox, folder, uid_validity, uid, target_folder, keywords, state, tries, due_at, note)
  VALUES (1, 1, 1, 'jca', 'INBOX', 7, '4', 'JCA/Inquiries', '["$JcaInquiry"]', 'pending', 0, 1345000000000000, '');
INSERT INTO cursor (mailbox, folder, activity_id, uid_validity, highest_uid, modseq, updated_at) VALUES ('jca', 'INBOX', 1, 7, 4, 0, 1345000000000000);
