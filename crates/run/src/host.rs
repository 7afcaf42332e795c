//! The machine, as the record tells of it.

use std::process::Command;
use std::sync::LazyLock;

use pelicycle_record::Host;

pub(crate) fn host() -> Host {
    Host {
        os: std::env::consts::OS.to_owned(),
        arch: std::env::consts::ARCH.to_owned(),
        cpu: CPU.clone(),
        cores: std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(u32::MAX)),
    }
}

/// Asked for once in a process.
static CPU: LazyLock<Option<String>> = LazyLock::new(cpu);

/// The processor's name, where the system tells it.
fn cpu() -> Option<String> {
    match std::env::consts::OS {
        "linux" | "android" => linux_cpu(&std::fs::read_to_string("/proc/cpuinfo").ok()?),
        "macos" => {
            let asked =
                Command::new("/usr/sbin/sysctl").args(["-n", "machdep.cpu.brand_string"]).output().ok()?;
            name(&String::from_utf8(asked.stdout).ok()?)
        }
        "windows" => name(&std::env::var("PROCESSOR_IDENTIFIER").ok()?),
        _ => None,
    }
}

/// The first processor by Linux's own account; for Arm it has numbers in place of a name.
fn linux_cpu(text: &str) -> Option<String> {
    let says = |key| {
        let mut values = text.lines().filter_map(|line| line.split_once(':'));
        values.find(|(found, _)| found.trim() == key).and_then(|(_, value)| name(value))
    };
    says("model name").or_else(|| {
        let (implementer, part) = (says("CPU implementer")?, says("CPU part")?);
        Some(format!("implementer {implementer} part {part}"))
    })
}

fn name(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_is_told_by_its_name_or_else_by_its_numbers() {
        let intel = "processor\t: 0\nmodel\t\t: 143\nmodel name\t: A Processor\nstepping\t: 8\n";
        assert_eq!(linux_cpu(intel).as_deref(), Some("A Processor"));
        let arm = "processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd0b\n";
        assert_eq!(linux_cpu(arm).as_deref(), Some("implementer 0x41 part 0xd0b"));
        assert_eq!(linux_cpu("processor\t: 0\n"), None);
    }
}
