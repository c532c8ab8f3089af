-- Whether the questions are shown and read on the board; of an opening.
ALTER TABLE class_session ADD COLUMN IF NOT EXISTS whole_class Bool DEFAULT false
