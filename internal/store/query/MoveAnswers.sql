-- MoveAnswers
ALTER TABLE answers MOVE PARTITION ID {partition:String} TO TABLE answers_sealing
