-- Who has changed what (table audit).

-- name: RecordAudit :exec
INSERT INTO audit (who, action, subject, facts) VALUES (@who, @action, @subject, @facts);
