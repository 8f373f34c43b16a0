def run_import(job):
    rows = read(job.file)
    status = "completed" if rows else "failed"
    return {"status": status}


def import_failed_rows(job, db):
    db.save(job)
