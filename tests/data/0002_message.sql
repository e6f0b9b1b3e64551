INSERT INTO thread (id, activity_id, subject, letters, latest_kind, latest_at, needs_reply) VALUES (1, 1, 'Question', 1, 'inquiry', 1345000000000000, 1);
INSERT INTO message (id, activity_id, thread_id, fingerprint, kind, confidence, language, answer, subject, sender, rfc_id, sent_at, received_at,
  filed_at, needs_reply, same_id_as, evidence, reasons, findings, defects)
  VALUES (1, 1, 1, 'f1', 'inquiry', 750000, 'en', 'acknowledge', 'Question', 'a@b.example', 'x@b.example', 1345000000000000, NULL,
  1345000000000000, 1, NULL, '[]', '[]', '{}', '[]');
INSERT INTO message_reference (rfc_id, message_id, activity_id) VALUES ('y@b.example', 1, 1);
INSERT INTO sighting (id, activity_id, mailbox, folder, uid_validity, uid, message_id, seen_at, gone_at) VALUES (1, 1, 'jca', 'INBOX', 7, '4', 1, 1345000000000000, NULL);
INSERT INTO intake_attempt (activity_id, fingerprint, attempts, first_at, latest_at) VALUES (1, 'f2', 1, 1345000000000000, 1345000000000000);
