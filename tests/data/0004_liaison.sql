INSERT INTO liaison (id, activity_id, message_id, reference, title, from_body, to_bodies, cc_bodies, purpose, reply_by, questions, contacts, filed_at)
  VALUES (1, 1, 1, 'LS 1', 'On experts', 'ITU-T SG17', '["JCA-COP"]', '[]', 'action', '2012-09-30', '["4/17"]', '[]', 1345000000000000);
INSERT INTO deadline (id, activity_id, topic, title, due_at, state, message_id) VALUES (1, 1, 'liaison:1', 'On experts', 1349000000000000, 'open', 1);
