INSERT INTO correction (message_id, activity_id, kind, filed_kind, corrected_by, corrected_at, buckets) VALUES (1, 1, 'bulk', 'inquiry', 'A Person', 1345000000000000, X'0100ff00');
INSERT INTO learned (activity_id, kind, bucket, letters) VALUES (1, 'bulk', 1, 1), (1, 'bulk', 255, 1);
INSERT INTO learning (activity_id, revision) VALUES (1, 1);
