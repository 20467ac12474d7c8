// Package transaction writes changed files so that after any outcome every file is
// as it was or as it shall be: after success, a failure, a crash, a second writer.
//
// What is needed to put everything back lies in a state folder outside the tree
// before the first file is touched: one folder a run with a manifest and the old
// texts. While a run writes, a guard waits beside it, another process that puts
// everything back when the first one dies. After a power cut the run is found
// unfinished and [Run.Undo] puts it back.
package transaction
