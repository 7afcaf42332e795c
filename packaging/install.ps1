# Installs pelicycle for the one who runs it, and puts it on the PATH.
#
#   irm https://github.com/@REPOSITORY@/releases/latest/download/install.ps1 | iex
#
# PELICYCLE_PREFIX is where to, instead of %LOCALAPPDATA%\pelicycle; PELICYCLE_DOWNLOAD is an address with the archives.

# Puts a folder on the user's PATH. The registry's own text is kept, whose %NAMES% .NET would write out for good.
function Add-ToPath($folder) {
    $key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey("Environment", $true)
    try {
        $path = [string]$key.GetValue("Path", "", [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
        $folders = @($path -split ";" | Where-Object { $_ })
        $known = $folders | ForEach-Object { [Environment]::ExpandEnvironmentVariables($_).TrimEnd("\") }
        if ($known -contains $folder.TrimEnd("\")) { return }
        $kind = [Microsoft.Win32.RegistryValueKind]::ExpandString
        if ($key.GetValueNames() -contains "Path") { $kind = $key.GetValueKind("Path") }
        $key.SetValue("Path", (($folders + $folder) -join ";"), $kind)
    }
    finally {
        $key.Close()
    }
    # Only this way does Windows tell other programs that the environment is another one.
    $name = "pelicycle-" + [Guid]::NewGuid()
    [Environment]::SetEnvironmentVariable($name, "1", "User")
    [Environment]::SetEnvironmentVariable($name, [NullString]::Value, "User")
}

function Install-Pelicycle {
    # Here and not above: `iex` runs this in the user's own session, which keeps its settings.
    $ErrorActionPreference = "Stop"
    # Windows PowerShell's bar makes a download take many times as long.
    $ProgressPreference = "SilentlyContinue"
    $from = $env:PELICYCLE_DOWNLOAD
    if (-not $from) { $from = "https://github.com/@REPOSITORY@/releases/download/@TAG@" }
    if ($from -like "*@*@*") { throw "this is the pattern of the installer; the one of a release knows where the release is" }
    $prefix = $env:PELICYCLE_PREFIX
    if (-not $prefix) { $prefix = Join-Path $env:LOCALAPPDATA "pelicycle" }
    if (-not [Environment]::Is64BitOperatingSystem) { throw "no program is built for this processor" }
    $name = "pelicycle-x86_64-pc-windows-msvc"
    $work = Join-Path ([IO.Path]::GetTempPath()) ([Guid]::NewGuid())
    New-Item -ItemType Directory $work | Out-Null
    try {
        $zip = Join-Path $work "$name.zip"
        $sums = Join-Path $work "SHA256SUMS"
        Invoke-WebRequest -UseBasicParsing "$from/$name.zip" -OutFile $zip
        Invoke-WebRequest -UseBasicParsing "$from/SHA256SUMS" -OutFile $sums
        $line = Get-Content $sums | Where-Object { $_ -match "^[0-9a-f]{64}  $name\.zip$" }
        if (-not $line) { throw "$from/SHA256SUMS names no $name.zip" }
        $wanted = ($line -split " ")[0]
        $found = (Get-FileHash -Algorithm SHA256 $zip).Hash.ToLower()
        if ($found -ne $wanted) { throw "$name.zip is not what was released: its sum is $found, and not $wanted" }
        Expand-Archive $zip -DestinationPath $work
        New-Item -ItemType Directory -Force $prefix | Out-Null
        Copy-Item -Recurse -Force (Join-Path $work "$name\*") $prefix
        $version = & (Join-Path $prefix "pelicycle.exe") -V
        if ($LASTEXITCODE -ne 0) { throw "the program does not run here" }
        Add-ToPath $prefix
        Write-Output "$version is $prefix\pelicycle.exe"
        Write-Output "Next, in a new window: pelicycle"
    }
    finally {
        Remove-Item -Recurse -Force $work
    }
}

Install-Pelicycle
