"""Opens an HTML report in headless Chromium: python3 html_report.py REPORT.html SCREENSHOT.png [CHROMIUM]

Needs playwright. Any request, dialog, script error or breach of the content security policy fails.
"""

import pathlib
import sys

from playwright.sync_api import sync_playwright

report, screenshot = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
path = sys.argv[3] if len(sys.argv) > 3 else None
with sync_playwright() as p:
    browser = p.chromium.launch(executable_path=path, args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    wrong, requests = [], []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("dialog", lambda dialog: (wrong.append("dialog"), dialog.dismiss()))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(report.as_uri())
    groups = page.locator("#groups > details")
    total = groups.count()
    assert page.title() == "nospill report" and total > 1, (page.title(), total)
    page.screenshot(path=screenshot)

    visible = lambda: page.locator("#groups > details:not([hidden])").count()
    page.select_option("#severity", "critical")
    assert 0 < visible() < total, visible()
    assert page.locator("#shown").text_content() == f"{visible()} of {total} secrets"
    page.select_option("#severity", "")
    page.fill("#text", "github-pat")
    assert 0 < visible() < total, visible()
    page.fill("#text", "no such text anywhere")
    assert visible() == 0
    page.fill("#text", "")
    page.select_option("#sort", "rule")
    rules = groups.evaluate_all("all => all.map(one => one.dataset.rule)")
    assert len(rules) == total and rules == sorted(rules, key=lambda rule: rule.encode("utf-16-be"))
    page.select_option("#sort", "severity")
    first = groups.first
    # Whose place is one of many looks like others but for where it is.
    assert ":" in first.locator(".where").text_content()
    assert first.locator(".inside").is_hidden()
    first.locator("summary").click()
    assert first.locator(".inside").is_visible()
    first.locator("summary").hover()
    # On a phone nothing but what scrolls by itself is wider than the page, and the keyboard opens a secret.
    page.set_viewport_size({"width": 400, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert first.locator(".inside").is_hidden()
    # On paper all that is folded is there, and the controls are not.
    page.emulate_media(media="print")
    assert page.locator(".controls").is_hidden()
    assert first.locator(".inside").is_visible()
    page.emulate_media(media="screen")
    assert page.locator("svg").count() >= 2 and page.locator("script").count() == 1
    assert page.title() == "nospill report"
    assert requests == [report.as_uri()], requests
    assert not wrong, wrong
    browser.close()
print(f"{total} secrets shown, filtered, sorted; nothing injected")
