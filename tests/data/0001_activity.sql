INSERT INTO instance (id, name, secret, created_at) VALUES (1, 'c0ffee', X'00', 1345000000000000);
INSERT INTO activity (id, name, time_zone, watching_since) VALUES (1, 'JCA-COP', 'Europe/Zurich', 1345000000000000);
INSERT INTO counter (activity_id, name, day, value) VALUES (1, 'inquiry', 15567, 1);
