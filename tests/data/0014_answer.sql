UPDATE liaison SET code = 'ls1', answer_code = 'jcacopls3', answers_id = 1 WHERE id = 1;
