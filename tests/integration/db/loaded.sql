-- A university's term: 50 lecturers; 100 courses of 500 students, two lecturers each; 10,000 students in five courses
-- each; 200 sessions, two of each course, the last 20 open now; 100,000 records with a claim each, 500 in each session,
-- one in twenty flagged, one in fifty without an enrollment; every student with a phone and a face; 10,000 selfies that
-- wait to be looked at, of the sessions that are open. Of the term before, 1,000 courses with 20,000 sessions are left.
--
-- pg_temp.key(kind, number) is the id of a row, numbered from 1 on; pg_temp.today() is the test's now. Enrollments are
-- counted one student after the other, each in the next five courses; records one session after the other.

-- nothing is checked row by row
SET session_replication_role = replica;

CREATE FUNCTION pg_temp.opens(session bigint) RETURNS timestamptz IMMUTABLE LANGUAGE sql AS $$
    SELECT pg_temp.today() - '5 min'::interval
        - CASE WHEN session > 180 THEN '0'::interval ELSE (200 - session) * '2 hours'::interval END
$$;

CREATE TEMPORARY VIEW of_session AS
SELECT r, session, course, ((r - 1) % 500 * 100 + course - 1) / 5 + 1 AS student
FROM (
    SELECT r, (r - 1) / 500 + 1 AS session, (r - 1) / 500 % 100 + 1 AS course FROM generate_series(1, 100000) r
) AS numbered;

INSERT INTO terms (id, name, starts_at, ends_at, state)
VALUES (pg_temp.key('old_term', 1), 'Spring', pg_temp.today() - '300 days'::interval,
    pg_temp.today() - '200 days'::interval, 'CLOSED'), (pg_temp.key('term', 1), 'Autumn', pg_temp.today() - '40 days'::interval, pg_temp.today() + '90 days'::interval,
    'OPEN');

INSERT INTO programmes (id, code, code_folded, name)
SELECT pg_temp.key('programme', n), 'P' || n, 'p' || n, 'Programme' FROM generate_series(1, 20) n;

INSERT INTO users (id, email, claimed_number, full_name, role, state, level, password_hash, created_at)
SELECT pg_temp.key('lecturer', n), 'lecturer-' || n || '@example.edu', '', 'Kofi', 'LECTURER', 'ACTIVE', 0, 'hash',
    pg_temp.today()
FROM generate_series(1, 50) n;

INSERT INTO users (id, email, institution_number, claimed_number, full_name, role, state, programme_id, level,
    password_hash, created_at)
SELECT pg_temp.key('student', n), 'student-' || n || '@example.edu', '20/' || n, '', 'Ama', 'STUDENT', 'ACTIVE',
    pg_temp.key('programme', n % 20 + 1), 100, 'hash', pg_temp.today()
FROM generate_series(1, 10000) n;

INSERT INTO sign_ins (id, user_id, device_name, started_at, password_at, last_used_at, expires_at)
SELECT pg_temp.key('sign_in', n), pg_temp.key('student', n % 10000 + 1), 'Pixel', pg_temp.today(), pg_temp.today(),
    pg_temp.today(), pg_temp.today() + n * '1 min'::interval
FROM generate_series(1, 20000) n;

INSERT INTO refresh_tokens (token_hash, sign_in_id, issued_at, expires_at, used_at, request_id, successor)
SELECT decode(md5('refresh' || n), 'hex'), pg_temp.key('sign_in', n % 20000 + 1), pg_temp.today(),
    pg_temp.today() + n * '1 min'::interval, CASE WHEN n > 20000 THEN pg_temp.today() END, NULL, NULL
FROM generate_series(1, 40000) n;

INSERT INTO mail_tokens (token_hash, user_id, kind, address, issued_at, expires_at)
SELECT decode(md5('mail' || n), 'hex'), pg_temp.key('student', n % 10000 + 1), 'RESET_PASSWORD', 'a@example.edu',
    pg_temp.today(), pg_temp.today() + n * '1 min'::interval
FROM generate_series(1, 20000) n;

INSERT INTO revocations (user_id, sign_in_id, at)
SELECT pg_temp.key('student', n % 10000 + 1), pg_temp.key('sign_in', n),
    pg_temp.today() - (20000 - n) * '10 s'::interval
FROM generate_series(1, 20000) n;

INSERT INTO requests (user_id, request_id, fingerprint, resource_id, at)
SELECT pg_temp.key('student', n % 10000 + 1), pg_temp.key('request', n), '\x00', pg_temp.key('course', 1),
    pg_temp.today()
FROM generate_series(1, 20000) n;

-- and the phone that each had before
INSERT INTO devices (id, student_id, identifier_mac, platform, model, public_key, bound_at, unbound_at)
SELECT pg_temp.key('device', n), pg_temp.key('student', (n - 1) % 10000 + 1), sha256(n::text::bytea), 'ANDROID', 'Pixel',
    sha256(n::text::bytea), pg_temp.today(), CASE WHEN n <= 10000 THEN pg_temp.today() END
FROM generate_series(1, 20000) n;

-- each had the first phone unbound; every tenth waits for the second to be
INSERT INTO device_reset_requests (id, student_id, device_id, reason, state, created_at, decided_at, decided_by, note)
SELECT pg_temp.key('reset', n), pg_temp.key('student', (n - 1) % 10000 + 1), pg_temp.key('device', n), 'lost',
    CASE WHEN n <= 10000 THEN 'APPROVED' ELSE 'PENDING' END, pg_temp.today(),
    CASE WHEN n <= 10000 THEN pg_temp.today() END, CASE WHEN n <= 10000 THEN pg_temp.key('lecturer', 1) END, ''
FROM generate_series(1, 20000) n
WHERE n <= 10000 OR n % 10 = 8;

INSERT INTO courses (id, term_id, code, title, code_folded, title_folded, level, archived, enrollment_open, created_at,
    revision)
SELECT pg_temp.key('course', n), pg_temp.key('term', 1), 'CS' || n, 'Logic', 'cs' || n, 'logic', 100, n % 20 = 19, true,
    pg_temp.today(), 1
FROM generate_series(1, 100) n;

INSERT INTO courses (id, term_id, code, title, code_folded, title_folded, level, archived, enrollment_open, created_at,
    revision)
SELECT pg_temp.key('old_course', n), pg_temp.key('old_term', 1), 'CS' || n, 'Logic', 'cs' || n, 'logic', 100, true,
    false, pg_temp.today() - '300 days'::interval, 1
FROM generate_series(1, 1000) n;

-- the first lecturer teaches every tenth course besides
INSERT INTO course_lecturers (course_id, lecturer_id, position)
SELECT pg_temp.key('course', n), pg_temp.key('lecturer', (n + position - 1) % 50 + 1), position
FROM generate_series(1, 100) n, generate_series(0, 1) position
UNION
SELECT pg_temp.key('course', n), pg_temp.key('lecturer', 1), 2 FROM generate_series(10, 40, 10) n
UNION
SELECT pg_temp.key('course', n), pg_temp.key('lecturer', 1), 2 FROM generate_series(60, 90, 10) n;

INSERT INTO course_lecturers (course_id, lecturer_id, position)
SELECT pg_temp.key('old_course', n), pg_temp.key('lecturer', (n - 1) % 50 + 1), 0 FROM generate_series(1, 1000) n;

INSERT INTO course_programmes (course_id, programme_id)
SELECT pg_temp.key('course', n), pg_temp.key('programme', n % 20 + 1) FROM generate_series(1, 100) n;

-- one in ten has ended
INSERT INTO enrollments (id, student_id, course_id, programme_id, level, from_at, until_at)
SELECT pg_temp.key('enrollment', n), pg_temp.key('student', (n - 1) / 5 + 1), pg_temp.key('course', (n - 1) % 100 + 1),
    pg_temp.key('programme', (n - 1) / 5 % 20 + 1), 100, pg_temp.today() - '30 days'::interval,
    CASE WHEN n / 100 % 10 = 3 THEN pg_temp.today() - '1 hour'::interval END
FROM generate_series(1, 50000) n;

-- ten have ended and are not sealed yet
INSERT INTO attendance_sessions (id, course_id, session_code, room, opens_at, ends_at, sealed_at, policy_device,
    policy_location, policy_face, policy_liveness, policy_version, code_life_ms, code_overlap_ms, generation,
    generation_started_at, typed_code_allowed, created_at, created_by, revision)
SELECT pg_temp.key('session', n), pg_temp.key('course', (n - 1) % 100 + 1), 'C' || n, 'Great Hall', pg_temp.opens(n),
    pg_temp.opens(n) + '15 min'::interval, CASE WHEN n <= 170 THEN pg_temp.today() END, 'REQUIRED', 'REQUIRED',
    'REQUIRED', 'OFF', '2026-11', 60000, 10000, 3, pg_temp.opens(n), true, pg_temp.opens(n),
    pg_temp.key('lecturer', (n - 1) % 100 % 50 + 1), 1
FROM generate_series(1, 200) n;

INSERT INTO attendance_sessions (id, course_id, session_code, room, opens_at, ends_at, sealed_at, policy_device,
    policy_location, policy_face, policy_liveness, policy_version, code_life_ms, code_overlap_ms, generation,
    generation_started_at, typed_code_allowed, created_at, created_by, revision)
SELECT pg_temp.key('old_session', n), pg_temp.key('old_course', (n - 1) % 1000 + 1), 'O' || n, 'Great Hall', opens,
    opens + '15 min'::interval, opens + '15 min'::interval, 'REQUIRED', 'REQUIRED', 'REQUIRED', 'OFF', '2026-11', 60000,
    10000, 1, opens, true, opens, pg_temp.key('lecturer', (n - 1) % 1000 % 50 + 1), 1
FROM generate_series(1, 20000) n, LATERAL (SELECT pg_temp.today() - (35000 - n) * '10 min'::interval AS opens) AS at;

INSERT INTO code_generations (session_id, number, started_at)
SELECT pg_temp.key('session', n), number, pg_temp.opens(n)
FROM generate_series(1, 200) n, generate_series(1, 3) number;

INSERT INTO attendance_records (id, session_id, student_id, course_id, status, attention, source, late, enrolled,
    policy_device, policy_location, policy_face, policy_liveness, policy_version, deciding_claim_id, created_at,
    updated_at, revision)
SELECT pg_temp.key('record', r), pg_temp.key('session', session), pg_temp.key('student', student),
    pg_temp.key('course', course),
    CASE WHEN r % 20 = 0 THEN 'FLAGGED' WHEN session > 180 THEN 'PENDING_VERIFICATION' ELSE 'CONFIRMED' END,
    CASE WHEN r % 60 = 0 THEN 'SUSPICIOUS' WHEN r % 20 = 0 THEN 'NEEDS_LOOK' END,
    'CLAIM', r % 7 = 0, r % 50 <> 0, 'REQUIRED', 'REQUIRED', 'REQUIRED', 'OFF', '2026-11', pg_temp.key('claim', r),
    pg_temp.opens(session), pg_temp.opens(session), 1
FROM of_session;

INSERT INTO images (id, owner_id, blob_name, wrapped_key, key_id, media_type, size, width, height, sha256, stored_at)
SELECT pg_temp.key('image', r), pg_temp.key('student', student), 'selfie-' || r, '\x00', 'k1', 'image/jpeg', 100000,
    640, 480, '\x00', pg_temp.opens(session)
FROM of_session;

INSERT INTO claims (record_id, number, student_id, claim_id, proof, generation, step, seen_at, received_at, fingerprint,
    image_id, device_bound, device_key_bound, device_identifier_given, device_identifier_matches, device_signed,
    device_signature_holds, device_statement_matches)
SELECT pg_temp.key('record', r), 1, pg_temp.key('student', student), pg_temp.key('claim', r), 'TICKET', 1, 17,
    pg_temp.opens(session), pg_temp.opens(session), '\x00', pg_temp.key('image', r), true, true, true, true, true, true,
    true
FROM of_session;

INSERT INTO verdicts (record_id, number, check_name, outcome, reason, unit)
SELECT pg_temp.key('record', r), 1, check_name, 'PASSED', 'KEY_SIGNED', ''
FROM generate_series(1, 100000) r, unnest(ARRAY['DEVICE', 'LOCATION']) check_name;

INSERT INTO decisions (id, record_id, decided_by, decided_at, reason, from_status, to_status)
SELECT pg_temp.key('decision', n), pg_temp.key('record', n * 5), pg_temp.key('lecturer', n % 50 + 1), pg_temp.today(),
    'seen in the hall', 'FLAGGED', 'CONFIRMED'
FROM generate_series(1, 20000) n;

-- one in ten waits
INSERT INTO appeals (id, session_id, student_id, course_id, text, state, created_at, decided_at, decided_by, reason)
SELECT pg_temp.key('appeal', r), pg_temp.key('session', session), pg_temp.key('student', student),
    pg_temp.key('course', course), 'I was there', CASE WHEN r % 50 = 0 THEN 'PENDING' ELSE 'DECLINED' END,
    pg_temp.today(), CASE WHEN r % 50 <> 0 THEN pg_temp.today() END,
    CASE WHEN r % 50 <> 0 THEN pg_temp.key('lecturer', r % 50 + 1) END, 'no'
FROM of_session WHERE r % 5 = 0;

INSERT INTO images (id, owner_id, blob_name, wrapped_key, key_id, media_type, size, width, height, sha256, stored_at)
SELECT pg_temp.key('reference', n), pg_temp.key('student', n), 'reference-' || n, '\x00', 'k1', 'image/jpeg', 100000,
    640, 480, '\x00', pg_temp.today() - '300 days'::interval
FROM generate_series(1, 10000) n;

INSERT INTO face_consents (id, student_id, version, given_at)
SELECT pg_temp.key('consent', n), pg_temp.key('student', n), '2026-11', pg_temp.today() FROM generate_series(1, 10000) n;

INSERT INTO face_templates (id, student_id, consent_id, trust, model, detector, threshold, threshold_origin,
    enrolled_at, used_at)
SELECT pg_temp.key('template', n), pg_temp.key('student', n), pg_temp.key('consent', n), 'TRUSTED', 'SFace', 'yunet',
    0.593, 'DeepFace', pg_temp.today(), pg_temp.today() - n * '1 hour'::interval
FROM generate_series(1, 10000) n;

INSERT INTO face_views (id, template_id, image_id, vector, wrapped_key, key_id, added_at)
SELECT pg_temp.key('view', n), pg_temp.key('template', n), pg_temp.key('reference', n), '\x00', '\x00', 'k1',
    pg_temp.today()
FROM generate_series(1, 10000) n;

-- one in five is at work
INSERT INTO verifications (id, record_id, number, student_id, queued_at, due_at, leases, failures)
SELECT pg_temp.key('verification', r), pg_temp.key('record', r), 1, pg_temp.key('student', student), pg_temp.today(),
    pg_temp.today() + CASE WHEN r % 5 = 0 THEN '1 min'::interval ELSE (r - 100000) * '1 ms'::interval END, 0, 0
FROM of_session WHERE session > 180;

INSERT INTO verification_log (id, kind, student_id, record_id, number, at, outcome, reason, distance, threshold, model,
    detector, took_ms)
SELECT pg_temp.key('log', r), 'CLAIM', pg_temp.key('student', student), pg_temp.key('record', r), 1,
    pg_temp.opens(session), 'PASSED', 'FACE_MATCHES', 0.2, 0.593, 'SFace', 'yunet', 60
FROM of_session WHERE session <= 20;

INSERT INTO doomed_blobs (blob_name, since)
SELECT 'doomed-' || n, pg_temp.today() + n * '1 s'::interval FROM generate_series(1, 10000) n;

INSERT INTO audit_events (id, action, at, actor_id, subject_id, request_id, facts)
SELECT pg_temp.key('event', r), 'CLAIM_KEPT', pg_temp.opens(session), pg_temp.key('student', student),
    pg_temp.key('record', r), 'request', '{}'
FROM of_session WHERE session <= 100;

INSERT INTO audit_private (event_id, salt, content)
SELECT pg_temp.key('event', r), '\x00', '{}' FROM generate_series(1, 20000) r;

-- all but a thousand of them sealed, as far as an index can tell
UPDATE audit_events SET number = seq, seal = '\x00', private_digest = '\x00', key_id = 'key'
WHERE seq <= (SELECT max(seq) - 1000 FROM audit_events);
