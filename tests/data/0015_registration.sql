INSERT INTO registration (id, activity_id, message_id, name, email, attendance, filed_at) VALUES (1, 1, 1, 'Jane Doe', 'jane@example.org', 'accepted', 1345000000000000);
