# Installs a released nospill at Windows: fetches the archive for this machine and SHA256SUMS by HTTPS, checks the one by the other,
# and puts the program into a folder. Without a checksum that fits, nothing is installed. It asks for no rights and sets nothing
# but files in that folder. Windows PowerShell 5.1 and later.
#
#   .\install.ps1 [-Version V] [-To FOLDER] [-SumsSha256 HEX]
#
# -SumsSha256 is the SHA-256 of that version's SHA256SUMS, for who pins it: then the server is trusted with nothing.
# The defaults of -Version and -Downloads are written by packages/release/embed.py.
param(
    [string] $Version = '0.1.0',
    [string] $Downloads = 'https://github.com/OWNER/nospill/releases/download/v',
    [string] $To = (Join-Path $env:LOCALAPPDATA 'Programs\nospill'),
    [string] $SumsSha256 = ''
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# By HTTPS alone, wherever it is redirected to: each hop is asked for by itself.
function Save-File([uri] $From, [string] $Path) {
    for ($hop = 0; $hop -lt 6; $hop++) {
        if ($From.Scheme -ne 'https') { throw "$From is not by HTTPS. Nothing was installed." }
        Write-Host "nospill: fetching $From"
        $request = [System.Net.WebRequest]::CreateHttp($From)
        $request.AllowAutoRedirect = $false
        $request.UserAgent = 'nospill-install'
        $request.Timeout = 60000
        $response = $request.GetResponse()
        try {
            $status = [int] $response.StatusCode
            if ($status -ge 300) { $From = New-Object uri($From, $response.Headers['Location']); continue }
            $file = [System.IO.File]::Create($Path)
            try { $response.GetResponseStream().CopyTo($file) } finally { $file.Dispose() }
            return
        } finally { $response.Dispose() }
    }
    throw 'Redirected too often. Nothing was installed.'
}

if ($Version -notmatch '^[0-9A-Za-z.+-]+$') { throw "$Version is no version. Nothing was installed." }
[System.Net.ServicePointManager]::SecurityProtocol = [System.Net.ServicePointManager]::SecurityProtocol -bor [System.Net.SecurityProtocolType]::Tls12
$machine = if ($env:PROCESSOR_ARCHITEW6432) { $env:PROCESSOR_ARCHITEW6432 } else { $env:PROCESSOR_ARCHITECTURE }
$target = switch ($machine) {
    'AMD64' { 'x86_64-pc-windows-msvc' }
    'ARM64' { 'aarch64-pc-windows-msvc' }
    default { throw "There is no program for $machine. Nothing was installed." }
}
$name = "nospill-$Version-$target"
$archive = "$name.zip"
$work = Join-Path ([System.IO.Path]::GetTempPath()) ([System.IO.Path]::GetRandomFileName())
New-Item -ItemType Directory -Path $work | Out-Null
try {
    $sums = Join-Path $work 'SHA256SUMS'
    Save-File "$Downloads$Version/SHA256SUMS" $sums
    if ($SumsSha256 -and (Get-FileHash -Algorithm SHA256 -LiteralPath $sums).Hash -ne $SumsSha256) {
        throw 'SHA256SUMS is not the one that is pinned. Nothing was installed.'
    }
    $lines = @(Get-Content -LiteralPath $sums | Where-Object { $_ -match '^[0-9a-f]{64} [ *]' -and $_.Substring(66) -ceq $archive })
    if ($lines.Count -ne 1) { throw "SHA256SUMS has $($lines.Count) lines for $archive, not one. Nothing was installed." }
    $wanted = $lines[0].Substring(0, 64)
    $path = Join-Path $work $archive
    Save-File "$Downloads$Version/$archive" $path
    $found = (Get-FileHash -Algorithm SHA256 -LiteralPath $path).Hash
    if ($found -ne $wanted) { throw "$archive has the SHA-256 $found, not $wanted as SHA256SUMS says. Nothing was installed." }
    Write-Host 'nospill: its SHA-256 is that of SHA256SUMS'

    # One member by its name, to a path that is ours: no other is ever laid down.
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    $zip = [System.IO.Compression.ZipFile]::OpenRead($path)
    try {
        $entries = @($zip.Entries | Where-Object { $_.FullName -ceq "$name/nospill.exe" })
        if ($entries.Count -ne 1) { throw "$archive has $($entries.Count) members $name/nospill.exe, not one. Nothing was installed." }
        $program = Join-Path $work 'nospill.exe'
        [System.IO.Compression.ZipFileExtensions]::ExtractToFile($entries[0], $program)
    } finally { $zip.Dispose() }
    $said = & $program --version
    if ($said -cne "nospill $Version") { throw "The program says ""$said"", not ""nospill $Version"". Nothing was installed." }
    New-Item -ItemType Directory -Force -Path $To | Out-Null
    Move-Item -Force -LiteralPath $program -Destination (Join-Path $To 'nospill.exe')
} finally { Remove-Item -Recurse -Force -LiteralPath $work }
Write-Host "nospill: $Version is installed as $(Join-Path $To 'nospill.exe')"
if (($env:PATH -split ';') -notcontains $To) { Write-Host "nospill: $To is not on PATH: add it in your account's environment variables" }
