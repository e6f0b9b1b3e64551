INSERT INTO journal (id, activity_id, at, actor, event, message_id, outbox_id, detail) VALUES (1, 1, 1345000000000000, 'jcabot', 'filed', 1, NULL, '{}');
