# Written by scripts/release-files for each release, into the tap's Formula/pelicycle.rb.
class Pelicycle < Formula
  desc "Ask language models to draw a pelican riding a bicycle, check and compare"
  homepage "https://github.com/@REPOSITORY@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/@TAG@/pelicycle-aarch64-apple-darwin.tar.gz"
      sha256 "@aarch64-apple-darwin@"
    end
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/@TAG@/pelicycle-x86_64-apple-darwin.tar.gz"
      sha256 "@x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/@TAG@/pelicycle-aarch64-unknown-linux-musl.tar.gz"
      sha256 "@aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/@TAG@/pelicycle-x86_64-unknown-linux-musl.tar.gz"
      sha256 "@x86_64-unknown-linux-musl@"
    end
  end

  def install
    bin.install "pelicycle"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/pelicycle.bash" => "pelicycle"
    zsh_completion.install "completions/_pelicycle"
    fish_completion.install "completions/pelicycle.fish"
    prefix.install "licenses"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/pelicycle -V")
    system bin/"pelicycle"
    assert_path_exists testpath/"gallery/index.html"
  end
end
