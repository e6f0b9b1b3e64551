INSERT INTO outbox (id, activity_id, intent, rfc_id, state, kind, recipient, recipient_domain, message_id, thread_id, bytes, due_at, tries, unknown,
  epoch, phase, note, enqueued_at)
  VALUES (1, 1, 'acknowledge:f1', 'k@jcabot.example', 'held', 'acknowledgement', 'a@b.example', 'b.example', 1, 1, X'', 1345000000000000, 0, 0, 0, '',
  'not authenticated', 1345000000000000);
INSERT INTO cap_hit (cap, subject, activity_id, hit_at) VALUES ('hour', '373611', 1, 1345000000000000);
INSERT INTO digest (id, activity_id, iso_week, outbox_id, written_at) VALUES (1, 1, '2012-W33', 1, 1345000000000000);
