INSERT INTO person (id, activity_id, name, email, study_groups, source_id, added_at, changed_at) VALUES (1, 1, 'A Person', 'a@b.example', '["SG17"]', 1, 1345000000000000, 1345000000000000);
INSERT INTO person_change (id, activity_id, person_id, message_id, found, action, field, old_value, new_value, state, changed_at)
  VALUES (1, 1, 1, 1, 0, 'add', 'name', NULL, 'A Person', 'applied', 1345000000000000);
INSERT INTO seat (id, activity_id, word, body, category, position) VALUES (1, 1, 'sg17', 'ITU-T Study Group 17', 'itu-t-sg', 5);
INSERT INTO seat_holder (id, activity_id, seat_id, person_id, from_at, source_id) VALUES (1, 1, 1, 1, 1345000000000000, 1);
