package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"syscall"
)

// What seccomp(2), prctl(2) and their headers call by name.
const (
	prctlCall     = 157
	seccompCall   = 317
	noNewRights   = 38
	setModeFilter = 1

	loadWord    = 0x20
	jumpEqual   = 0x15
	jumpAnyBit  = 0x45
	returnValue = 0x06
	allowCall   = 0x7fff0000
	traceCall   = 0x7ff00000

	atNumber = 0 // of struct seccomp_data
	atFlags  = 32
)

// sift makes a stopped program, and all that it will start, stop at the calls of interest
// alone: at each of the others a stop costs more than the call. The program is made to
// call seccomp(2) itself.
func sift(pid int) error {
	var r syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(pid, &r); err != nil {
		return err
	}
	filter := siftingFilter()
	at := r.Rsp - 4096
	program := binary.LittleEndian.AppendUint64(nil, uint64(len(filter)/8))
	program = binary.LittleEndian.AppendUint64(program, at+16)
	if _, err := syscall.PtracePokeData(pid, uintptr(at), append(program, filter...)); err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		if err := callIn(pid, r, prctlCall, noNewRights, 1, 0); err != nil {
			return err
		}
	}
	return callIn(pid, r, seccompCall, setModeFilter, 0, at)
}

// callIn makes a stopped program make a system call and stand where it stood.
func callIn(pid int, r syscall.PtraceRegs, number, a, b, c uint64) error {
	var code [2]byte
	if _, err := syscall.PtracePeekText(pid, uintptr(r.Rip), code[:]); err != nil {
		return err
	}
	if _, err := syscall.PtracePokeText(pid, uintptr(r.Rip), []byte{0x0f, 0x05}); err != nil { // syscall
		return err
	}
	calling := r
	calling.Rax, calling.Rdi, calling.Rsi, calling.Rdx, calling.R10, calling.R8 = number, a, b, c, 0, 0
	if err := syscall.PtraceSetRegs(pid, &calling); err != nil {
		return err
	}
	if err := syscall.PtraceSingleStep(pid); err != nil {
		return err
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, syscall.WALL, nil); err != nil {
		return err
	}
	if err := syscall.PtraceGetRegs(pid, &calling); err != nil {
		return err
	}
	if calling.Rax != 0 {
		return fmt.Errorf("call %d in the program: %w", number, syscall.Errno(-int64(calling.Rax)))
	}
	if _, err := syscall.PtracePokeText(pid, uintptr(r.Rip), code[:]); err != nil {
		return err
	}
	return syscall.PtraceSetRegs(pid, &r)
}

// siftingFilter is a program for seccomp(2) that traces the calls of interest. Files are
// opened for reading so often that those are left out by their flags.
func siftingFilter() []byte {
	var numbers []uint64
	for number := range changing {
		if number != syscall.SYS_OPENAT {
			numbers = append(numbers, number)
		}
	}
	var out []byte
	add := func(code uint16, yes, no byte, k uint32) {
		out = binary.LittleEndian.AppendUint16(out, code)
		out = append(out, yes, no)
		out = binary.LittleEndian.AppendUint32(out, k)
	}
	n := len(numbers)
	add(loadWord, 0, 0, atNumber)
	for i, number := range numbers {
		add(jumpEqual, byte(n-i-1+4), 0, uint32(number))
	}
	add(jumpEqual, 0, 2, syscall.SYS_OPENAT)
	add(loadWord, 0, 0, atFlags)
	add(jumpAnyBit, 1, 0, writingOpen)
	add(returnValue, 0, 0, allowCall)
	add(returnValue, 0, 0, traceCall)
	return out
}
