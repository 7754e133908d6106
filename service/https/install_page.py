"""The one page by plain http: a tablet installs the workshop's certificate from it, once.

It serves nothing but this page and the certificate, which is no secret. Whoever installs it can
compare its fingerprint with the one that the server printed.
"""

from __future__ import annotations

from html import escape
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from service.https.authority import Certificates
from service.middleware import RequestLog

_STYLE: Final = """
:root { color-scheme: light dark; }
body { max-width: 40rem; margin: 0 auto; padding: 1.5rem; font: 1.15rem/1.5 system-ui, sans-serif; }
a.button { display: block; margin: 1rem 0; padding: 1.2rem; border-radius: .75rem;
  background: #1d4f63; color: #fff; font-size: 1.4rem; font-weight: 700; text-align: center; }
code { overflow-wrap: anywhere; }
section { border-top: 1px solid #85725f; }
"""

_PAGE: Final = """<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Teliti</title><link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<h1>Pasang Teliti di tablet ini</h1>
<p>Sekali saja untuk setiap tablet.</p>
<a class="button" href="/teliti-ca.crt">1. Unduh sertifikat</a>
<ul>
<li><b>Android:</b> Setelan → Keamanan → Enkripsi &amp; kredensial → Pasang sertifikat →
Sertifikat CA → pilih berkas <code>teliti-ca.crt</code>.</li>
<li><b>iPad:</b> Setelan → Profil Diunduh → Pasang. Lalu Umum → Mengenai →
Pengaturan Kepercayaan Sertifikat → nyalakan Teliti.</li>
</ul>
<p>Sidik jari harus sama dengan yang tercetak di server:<br><code>{fingerprint}</code></p>
<a class="button" href="{address}">2. Buka Teliti</a>
<section lang="en">
<h2>Install Teliti on this tablet</h2>
<p>Once for each tablet: download the certificate (1), install it, then open Teliti (2).</p>
<ul>
<li><b>Android:</b> Settings → Security → Encryption &amp; credentials → Install a certificate →
CA certificate → choose <code>teliti-ca.crt</code>.</li>
<li><b>iPad:</b> Settings → Profile Downloaded → Install. Then General → About → Certificate Trust
Settings → switch Teliti on.</li>
<li><b>Windows, macOS, Linux:</b> open the file and trust it as a certificate authority.</li>
</ul>
<p>The fingerprint must be the one that the server printed.</p>
</section>
</main>
</body>
</html>
"""


def create_install_app(certificates: Certificates, address: str) -> Starlette:
    """Build the page that leads a tablet to `address`."""
    page = _PAGE.format(fingerprint=escape(certificates.fingerprint), address=escape(address))
    authority = certificates.authority_der()

    def show(_: Request) -> Response:
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    def style(_: Request) -> Response:
        return Response(_STYLE, media_type="text/css")

    def certificate(_: Request) -> Response:
        return Response(
            authority,
            media_type="application/x-x509-ca-cert",
            headers={"Content-Disposition": 'attachment; filename="teliti-ca.crt"'},
        )

    return Starlette(
        routes=[
            Route("/", show),
            Route("/style.css", style),
            Route("/teliti-ca.crt", certificate),
        ],
        middleware=[Middleware(RequestLog)],
    )
