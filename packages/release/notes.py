"""Prints what a release says: what changed, by CHANGELOG.md, and how to check what was fetched. notes.py"""

import about

print(f"""{about.changes()}

Every file stands in `SHA256SUMS`. Where each was built, by which commit and workflow, is attested:

```sh
gh attestation verify FILE --repo {about.REPOSITORY.removeprefix("https://github.com/")}
```""")
