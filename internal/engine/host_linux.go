package engine

import (
	"os/exec"
	"syscall"
)

// dieWithParent ends the child when this process is killed outright.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
}
