export { type DoctorOptions, type DoctorReport, examine } from './doctor.ts'
export type { Finding } from './finding.ts'
