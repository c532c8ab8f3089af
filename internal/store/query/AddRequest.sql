-- AddRequest
INSERT INTO join_request (id, at, school, name, email, lang)
