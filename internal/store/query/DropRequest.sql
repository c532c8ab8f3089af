-- DropRequest
ALTER TABLE join_request DELETE WHERE id = {id:String} SETTINGS mutations_sync = 1
