"""The page that turns room numbers into dwelling_refs: fetched once, used from disk, without any network."""

from pathlib import Path

from flask import Response
from flask_smorest import Blueprint

PSEUDONYM_PAGE = Path(__file__).parents[1] / "pages" / "pseudonym.html"


def blueprint() -> Blueprint:
    """The page, to anyone: a browser that fetches it has no token, and nothing personal goes in or out."""
    pages = Blueprint("pages", __name__, description="页面: what a district uses on its own computers")
    content = PSEUDONYM_PAGE.read_bytes()

    @pages.route("/v1/pseudonym-page", methods=["GET"])
    @pages.response(
        200,
        {"type": "string"},
        content_type="text/html",
        headers={"Content-Disposition": {"schema": {"type": "string"}}},
        description="One HTML file, to be kept and opened from disk",
    )
    @pages.doc(
        security=[],
        operationId="get_pseudonym_page",
        summary="The offline page that turns room numbers into dwelling_refs and back",
    )
    def pseudonym_page() -> Response:
        kept = {"Content-Disposition": 'attachment; filename="pilotlight-pseudonym.html"'}
        return Response(content, content_type="text/html; charset=utf-8", headers=kept)

    return pages
