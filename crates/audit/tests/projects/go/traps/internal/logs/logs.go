package logs

import "log"

// Info writes a line.
func Info(message string) { log.Println(message) }
